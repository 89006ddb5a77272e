import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Transformation } from './transformation.js';
import { Transformations } from './transformations.js';

const route = getRouteApi('/framed/transformations/{-$name}');

/** One transformation, or all of them: one address, which every screen of the page has to know. */
export default function TransformationScreen(): ReactNode {
  const { name } = route.useParams();
  return name === undefined ? <Transformations /> : <Transformation name={name} />;
}
