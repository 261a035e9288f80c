import { isLoud } from "../lib/sounds";

export default function migrate(event: any) {
  return { ...event, loud: isLoud(event.activity) };
}
