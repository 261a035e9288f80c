import type { Key } from "antler";

export interface Lied {
  id: Key<string>;
  größe: number;
  名前: string;
}
