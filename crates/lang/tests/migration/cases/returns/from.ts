import type { Key } from "antler";

export interface Request {
  id: Key<string>;
  agent: string;
  tags: string[];
  amounts: number[];
}
