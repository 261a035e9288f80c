export interface A {
  id: Key<string>;
  b: B;
}
export interface B {
  id: Key<string>;
  a: A | null;
}
