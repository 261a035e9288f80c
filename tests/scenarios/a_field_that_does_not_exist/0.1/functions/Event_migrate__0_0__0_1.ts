export default function migrate(event: any) {
  return { ...event, loud: event.volume > 3 };
}
