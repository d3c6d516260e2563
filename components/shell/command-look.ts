/** Look of a line and of the input of lists that are found by typing: the palette, models, versions. */
export const COMMAND_ITEM =
  'flex h-7 cursor-pointer items-center gap-2 rounded-sm px-2 text-t1 data-[selected=true]:bg-raised data-[disabled=true]:opacity-50';
export const COMMAND_INPUT =
  'h-8 w-full border-line border-b bg-transparent px-3 text-small outline-none placeholder:text-t3 focus-visible:outline-none';
