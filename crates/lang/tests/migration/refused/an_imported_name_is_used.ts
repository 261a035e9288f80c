import { Kind, PREFIX } from "./shared";

export default function migrate(event) {
  return { ...event, text: PREFIX + event.text, kind: Kind.A };
}
