export default function migrate(event) {
  return { ...event, text: event.number > 1 ? event.text : event.number };
}
