import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  name: string;
  points: number;
  title: string;
  level: string;
  known: boolean;
  listed: boolean;
  code?: number;
  isBot: boolean;
  keys: string[];
  unique: string[];
  type: string;
  region: string;
}
