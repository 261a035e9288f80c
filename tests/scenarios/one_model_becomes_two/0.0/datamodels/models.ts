import type { Key } from "antler";

export interface Deed {
  id: Key<string>;
  kind: string;
}
