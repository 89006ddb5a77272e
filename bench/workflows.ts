export { lane } from '../workflows/lane/workflow.js';
export { promotion } from '../workflows/promotion/workflow.js';
export { bare } from './bare-workflow.js';
