import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  code: string;
  delay: number;
}
