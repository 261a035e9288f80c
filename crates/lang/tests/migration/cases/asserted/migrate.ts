import type { Person as Old } from "../../.antler/versions/0_0";
import type { Person } from "../datamodels/models";

export function migrate(person: Old): Person {
  if (person.age === undefined || person.age < 18) throw new Error("too young: " + person.age);
  return { id: person.id, name: person.name!, age: person.age, city: person.home!.city!.toLowerCase() };
}
