interface A {
  id: Key<string>;
  value: string;
}
export type Click = A & { value: number };
