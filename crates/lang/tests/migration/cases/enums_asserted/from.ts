import type { Key } from "antler";

export interface Ticket {
  id: Key<string>;
  raw: string;
  other: string | null;
  level: number;
}
