import type { Key } from "antler";

export interface Contact {
  id: Key<string>;
  first: string;
  last?: string;
  domain: string;
  band: "small" | "large";
  label: string;
  tags: string[];
  initials: string;
}
