type A = B;
type B = A | null;
type C = C[number];
const x = y;
const y = x;
export interface Click {
  id: Key<string>;
  a: A;
  c: C;
  x: typeof x;
}
