export default function run(raw: any) {
  return raw;
}
