import type { Key } from "antler";

export interface Person {
  id: Key<string>;
  name: string;
}
