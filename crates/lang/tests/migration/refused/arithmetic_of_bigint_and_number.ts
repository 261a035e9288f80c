export default function migrate(event) {
  return { ...event, count: event.count + event.number };
}
