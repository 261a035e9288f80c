import type { Key } from "antler";

export interface Event {
  loud: boolean;
  activity: string;
  id: Key<string>;
}
