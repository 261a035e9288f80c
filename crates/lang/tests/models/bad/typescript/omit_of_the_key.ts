interface Base {
  id: Key<string>;
  name: string;
}
export type Click = Omit<Base, "id">;
export type Tap = Partial<Base>;
