/** The workflows by their public type names: this module is what the worker loads. */
export { lane } from './lane/workflow.js';
export { promotion } from './promotion/workflow.js';
export { release } from './release/workflow.js';
export { unknown as default } from './unknown.js';
