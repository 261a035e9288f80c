export interface Click {
  id: Key<string>;
  place: Place;
}
