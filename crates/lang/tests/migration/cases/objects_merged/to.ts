import type { Key } from "antler";

export interface Profile {
  id: Key<string>;
  nick: string;
  settings: { theme: string; size: number; beta: boolean; level?: number };
  others: { name: string; nick?: string };
}
