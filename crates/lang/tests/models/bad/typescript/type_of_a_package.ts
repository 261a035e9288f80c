import { Point } from "geojson";
export interface Click {
  id: Key<string>;
  place: Point;
}
