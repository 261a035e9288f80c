interface User {
  id: Key<string>;
  address: { city: string; zip?: string };
  tags: ("a" | "b")[];
}
export interface Login {
  user: Key<User["id"]>;
  city: User["address"]["city"];
  zip: User["address"]["zip"];
  tag: User["tags"][number];
  either: User["address"]["city" | "zip"];
}
