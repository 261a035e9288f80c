import type { Key } from "antler";

export interface Profile {
  id: Key<string>;
  name: string;
  nick?: string;
  settings: { theme: string; size: number; beta?: boolean };
  extra: { theme: string; level: number } | null;
}
