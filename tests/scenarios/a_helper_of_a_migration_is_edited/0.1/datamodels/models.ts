import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  activity: string;
  loud: boolean;
}
