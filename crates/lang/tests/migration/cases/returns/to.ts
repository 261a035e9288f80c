import type { Key } from "antler";

export interface Request {
  id: Key<string>;
  browser: "edge" | "chrome" | "other";
  first: number | null;
  place: number;
  sum: number;
}
