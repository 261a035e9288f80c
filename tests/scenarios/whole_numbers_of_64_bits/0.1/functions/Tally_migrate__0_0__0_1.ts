export default function migrate(event: any) {
  return { ...event, next: event.count + 1n };
}
