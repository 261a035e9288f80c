import type { Key } from "antler";

export interface Note {
  id: Key<string>;
  title: string;
  body: string;
  author?: string;
}
