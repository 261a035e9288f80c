const names = ["a", "b"];
const limit = 5;
let changing = 5;
const point = { x: 1, label: "p" };

export interface Shape {
  id: Key<string>;
  name: (typeof names)[number];
  limit: typeof limit;
  point: typeof point;
}
