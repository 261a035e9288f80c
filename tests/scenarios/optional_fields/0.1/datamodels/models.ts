import type { Key } from "antler";

export interface Entry {
  id: Key<string>;
  note: string;
  mood: string;
}
