import type { Key } from "antler";

export interface Flight {
  id: Key<string>;
  delayed: boolean;
  grade: string;
  points: number;
  size: "short" | "medium" | "long";
}
