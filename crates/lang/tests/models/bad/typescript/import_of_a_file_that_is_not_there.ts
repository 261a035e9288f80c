import { Place } from "./places";
export interface Click {
  id: Key<string>;
  place: Place;
}
