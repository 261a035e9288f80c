import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  code: string;
  minutes: number;
  note?: string;
}
