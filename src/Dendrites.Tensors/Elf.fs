namespace Dendrites

open System
open System.Buffers.Binary
open System.Collections.Generic
open System.Text

/// Lets a shared library that was linked against a newer C++ library load on an older one.
///
/// A library built by GCC 13 or later refers to `std::ios_base_library_init()` at version GLIBCXX_3.4.32:
/// a marker without effect, whose only purpose is to refuse older C++ libraries. When nothing else needs that
/// version, pointing the reference at a harmless function that every libstdc++ has makes the file load
/// everywhere. Format: System V ABI, chapters 4 and 5; symbol versions: Linux Standard Base 5.0, §10.7.
[<RequireQualifiedAccess>]
module internal Elf =

    [<Literal>]
    let private TooNew = "GLIBCXX_3.4.32"

    [<Literal>]
    let private Old = "GLIBCXX_3.4"

    [<Literal>]
    let private Marker = "_ZSt21ios_base_library_initv"

    /// `std::uncaught_exception()`: takes nothing, changes nothing, and its name is shorter than the marker's.
    [<Literal>]
    let private Harmless = "_ZSt18uncaught_exceptionv"

    /// A file that is not what it should be; the message says in which way.
    exception private Malformed of string

    type private Section =
        { Kind: uint32
          Offset: int
          Size: int
          Link: int
          Entries: int }

    /// One version that the file needs of another library: the position of its record, and what it says.
    type private Need =
        { Position: int
          File: string
          Version: string
          Index: uint16 }

    let private withoutBytes, private dynamicSymbols = 8u, 11u
    let private versionNeeds, private symbolVersions = 0x6FFFFFFEu, 0x6FFFFFFFu

    let private within (image: byte[]) offset length =
        if offset < 0 || length < 0 || int64 offset + int64 length > image.LongLength then
            raise (Malformed $"it ends before byte %d{int64 offset + int64 length}")

    let private span (image: byte[]) offset length =
        within image offset length
        ReadOnlySpan(image, offset, length)

    let private u16 image offset =
        BinaryPrimitives.ReadUInt16LittleEndian(span image offset 2)

    let private u32 image offset =
        BinaryPrimitives.ReadUInt32LittleEndian(span image offset 4)

    /// A 32-bit field that counts or places something inside the file.
    let private place image offset =
        let value = u32 image offset

        if value > uint32 Int32.MaxValue then
            raise (Malformed $"the value at byte %d{offset} points outside")

        int value

    /// A 64-bit field that counts or places something inside the file.
    let private longPlace image offset =
        let value = BinaryPrimitives.ReadUInt64LittleEndian(span image offset 8)

        if value > uint64 Int32.MaxValue then
            raise (Malformed $"the value at byte %d{offset} points outside")

        int value

    let private sections image =
        let table, size, count =
            longPlace image 0x28, int (u16 image 0x3A), int (u16 image 0x3C)

        if size <> 64 || count = 0 then
            raise (Malformed "it has no section headers")

        within image table (size * count)

        [| for i in 0 .. count - 1 do
               let at = table + i * size

               let section =
                   { Kind = u32 image (at + 4)
                     Offset = longPlace image (at + 24)
                     Size = longPlace image (at + 32)
                     Link = place image (at + 40)
                     Entries = place image (at + 44) }

               if section.Kind <> withoutBytes then
                   within image section.Offset section.Size

               section |]

    let private text image (strings: Section) offset =
        if offset >= strings.Size then
            raise (Malformed "a name lies outside its table")

        let rest = span image (strings.Offset + offset) (strings.Size - offset)

        match rest.IndexOf 0uy with
        | -1 -> raise (Malformed "a name has no end")
        | length -> Encoding.ASCII.GetString(rest.Slice(0, length))

    let private needs image (section: Section) (strings: Section) =
        let found = List<Need>()
        let mutable file = section.Offset

        for _ in 1 .. section.Entries do
            let name = text image strings (place image (file + 4))
            let mutable record = file + place image (file + 8)

            for _ in 1 .. int (u16 image (file + 2)) do
                found.Add
                    { Position = record
                      File = name
                      Version = text image strings (place image (record + 8))
                      Index = u16 image (record + 6) }

                record <- record + place image (record + 12)

            file <- file + place image (file + 12)

        found

    let private isLibrary (image: byte[]) =
        image.Length >= 64
        && ReadOnlySpan(image, 0, 6).SequenceEqual(ReadOnlySpan [| 0x7Fuy; 'E'B; 'L'B; 'F'B; 2uy; 1uy |])
        && u16 image 0x12 = 62us // x86-64

    let private relink (image: byte[]) : byte[] option =
        if not (isLibrary image) then
            raise (Malformed "it is not an x86-64 shared library")

        let all = sections image

        let only what kind =
            match all |> Array.filter (fun s -> s.Kind = kind) with
            | [| one |] when one.Link < all.Length -> one
            | _ -> raise (Malformed $"it has no {what}")

        match all |> Array.tryFind (fun s -> s.Kind = versionNeeds) with
        | None -> None
        | Some section when section.Link >= all.Length -> raise (Malformed "its version needs have no names")
        | Some section ->
            let strings = all[section.Link]
            let known = needs image section strings

            match known |> Seq.tryFind (fun n -> n.Version = TooNew) with
            | None -> None
            | Some tooNew ->
                let old =
                    match known |> Seq.tryFind (fun n -> n.File = tooNew.File && n.Version = Old) with
                    | Some need -> need
                    | None -> raise (Malformed $"it needs {TooNew} but not {Old}")

                let symbols = only "dynamic symbols" dynamicSymbols
                let versions = only "symbol versions" symbolVersions

                let users =
                    [ for i in 0 .. versions.Size / 2 - 1 do
                          // The top bit marks a hidden symbol.
                          if u16 image (versions.Offset + 2 * i) &&& 0x7FFFus = tooNew.Index then
                              place image (symbols.Offset + 24 * i) ]

                match users |> List.map (text image strings) with
                | [ Marker ] -> ()
                | names ->
                    let listed = String.Join(", ", names)
                    raise (Malformed $"it needs {TooNew} for more than the start-up marker: {listed}")

                let patched = Array.copy image
                Array.blit image old.Position patched tooNew.Position 4 // hash of the version's name
                Array.blit image (old.Position + 8) patched (tooNew.Position + 8) 4 // where the name stands
                let name = Encoding.ASCII.GetBytes(Harmless.PadRight(Marker.Length, '\000'))
                Array.blit name 0 patched (strings.Offset + users.Head) name.Length
                Some patched

    /// `image` without its need of GLIBCXX_3.4.32; `None` when it has no such need; an error that completes
    /// "the file is unusable: …" when it is damaged or needs that version for more than the marker.
    let withoutNewStandardLibrary (image: byte[]) : Result<byte[] option, string> =
        try
            Ok(relink image)
        with Malformed reason ->
            Error reason
