interface Change<T, Before = T | null, By extends string = "system"> {
  before: Before;
  after: T;
  by: By;
}
export interface Renamed {
  id: Key<string>;
  a: Change<string>;
  b: Change<string, number>;
  c: Change<string, number, "user">;
}
