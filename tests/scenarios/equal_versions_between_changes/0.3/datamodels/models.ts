import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  kind: string;
  loud: boolean;
}
