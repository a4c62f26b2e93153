# What exiftool says of files beside what the readers say: one line a value that differs, "file what theirs ours", and a
# last line with how many values were compared, how many are the same, and in how many files of how many all are. --slurpfile ours: lines of previews_program --json.
def text: tostring | gsub("^\\s+|\\s+$"; "");
def same_date($theirs; $at): ($at != "") and ($theirs | any(text | sub(":"; "-") | sub(":"; "-") | sub(" "; "T") | .[:19] as $date
    | ($date | startswith($at[:($date | length)])) or ($at[:19] | startswith($date))));
def close($a; $b): (($a | tonumber?) // 1000) - $b | fabs < 0.0001;
def compared($file; $what; $theirs; $ours; $same): {file: $file, what: $what, theirs: $theirs, ours: $ours, same: $same};
($ours | INDEX(.file)) as $all
| [.[] | . as $exif | .SourceFile as $file | ($all[$file].facts // {}) as $facts
  | (
    (([.DateTimeOriginal, .CreationDate, .CreateDate, .DateCreated, .ContentCreateDate]
      | map(select(. != null) | text | select(test("^[1-9][0-9]{3}:[0-9]{2}:[0-9]{2}")))) as $dates
    | if $dates == [] then empty
      else compared($file; "date"; $dates[0]; $facts.taken.at // ""; same_date($dates; $facts.taken.at // "")) end),
    (if (.Make // "" | text) == "" then empty
      else compared($file; "make"; .Make | text; $facts.camera.make // ""; (.Make | text) == ($facts.camera.make // "")) end),
    (if (.Model // "" | text) == "" then empty
      else compared($file; "model"; .Model | text; $facts.camera.model // ""; (.Model | text) == ($facts.camera.model // "")) end),
    (if (.GPSLatitude // "") == "" or (.GPSLongitude // "") == "" then empty
      else compared($file; "position"; "\(.GPSLatitude) \(.GPSLongitude)"; ($facts.place | "\(.latitude) \(.longitude)");
        $facts.place != null and close(.GPSLatitude; $facts.place.latitude) and close(.GPSLongitude; $facts.place.longitude)) end),
    # The number itself (no number is upright), and which side is up shows in the size: theirs is before the turn, ours
    # after it.
    ((.Orientation | if type == "array" then .[0] else . end | tonumber? // 0) as $turn
      | (.ImageWidth | tonumber? // 0) as $width | (.ImageHeight | tonumber? // 0) as $height
      | if $turn < 1 or $turn > 8 or $width == 0 or $height == 0 or $facts.kind == "sidecar" then empty
        else compared($file; "orientation"; "\($turn) \($width) \($height)"; "\($facts.orientation // 1) \($facts.width // 0) \($facts.height // 0)";
          ($facts.width // 0) > 0 and ($facts.orientation // 1) == $turn and
          (($width == $height) or (($width > $height) != ($turn >= 5)) == ($facts.width > $facts.height))) end)
  )]
| (.[] | select(.same | not) | [.file, .what, .theirs, .ours] | map(tostring) | @tsv),
  (group_by(.file) as $files
    | "compared\t\(length)\t\(map(select(.same)) | length)\t\($files | map(select(all(.same))) | length)\t\($files | length)")
