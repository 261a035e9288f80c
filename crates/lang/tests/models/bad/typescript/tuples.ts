export interface Shape {
  id: Key<string>;
  point: [number, number];
  named: [x: number, y: string];
}
