import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  at: Date;
  initials: string;
  digits: bigint;
}
