export default function migrate(event) {
  return { ...event, maybe: event.at === event.at ? 1 : 2 };
}
