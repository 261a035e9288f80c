export default function run(copy: any) {
  return { id: copy.id };
}
