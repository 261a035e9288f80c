interface Base {
  id: Key<string>;
}
export type Click = Omit<Base, "id">;
