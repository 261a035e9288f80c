interface Base {
  id: Key<string>;
  name: string;
}
export type Click = Pick<Base, "id" | "nmae">;
export interface Tap {
  id: Key<string>;
  name: Base["nmae"];
}
