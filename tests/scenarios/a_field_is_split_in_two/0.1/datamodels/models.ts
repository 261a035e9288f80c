import type { Key } from "antler";

export interface Person {
  id: Key<string>;
  first: string;
  last: string;
}
