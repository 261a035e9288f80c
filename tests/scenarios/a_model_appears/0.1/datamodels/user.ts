import type { Key } from "antler";

export interface User {
  id: Key<string>;
  name: string;
}
