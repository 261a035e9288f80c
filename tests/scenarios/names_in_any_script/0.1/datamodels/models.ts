import type { Key } from "antler";

export interface Lied {
  id: Key<string>;
  größe: number;
  имя: string;
}
