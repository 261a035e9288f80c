import type { Key } from "antler";

export interface Activity {
  id: Key<string>;
  activity: string;
}
