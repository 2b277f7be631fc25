/// The words by which Latin texts are told apart, each in lower case and without apostrophes; one may be in several lists.
enum WordLists {
    static let all: [(WordReadings, String)] = [
        (.english, english), (.hindi, hindi), (.loan, loans), (.spanish, spanish), (.french, french),
        (.german, german), (.portuguese, portuguese), (.italian, italian), (.indonesian, indonesian),
    ]

    static let english = """
        the a an and or but if of in on at by for with from about into over after before under between without within
        is are was were be been being am do does did doing done have has had having will would can could should may
        might must shall i you he she it we they them him her his hers our ours your yours their theirs my mine its this
        that these those there here what which who whom whose when where why how not no yes than then as so such very
        too also just only any some all each every both few more most other another own same because while during until
        again once up down out off to us me im ive ill dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent
        wasnt havent hasnt youre youve theyre thats whats whos lets id let get got getting make made making go going
        went gone come came see saw seen say said know knew think take took give gave want wants wanted need needs
        needed use used using try tried like likes liked still even much many well back now never always often really
        maybe something anything nothing everything someone anyone everyone one two three first last next hum log main
        par tan man sun din pas hi ho bat mar ban dam bus kal near around through against per upon cannot
        """

    static let hindi = """
        main mai mein me mujhe mujhko mujh muje mujhse mera meri mere hum ham hame hamein humein hamko humko hamara
        hamari hamare humara humari humare tum tumhe tumhein tumko tumhara tumhari tumhare tumse tu tujhe tera teri tere
        aap ap aapka aapki aapke aapko aapse aapne apka apki apke apko apna apni apne unko unka unki unke unhe unhone
        usko uska uski uske usne use isko iska iski iske isne ise inko inka inki inke inhe ye yeh yah woh wo vo voh jo jis
        jiska jiski jiske jisko jisme kaun kon kisi kisko kiska kiski kiske kisne koi kuch kuchh sab sabhi sabko sabse
        sabka khud maine mene humne hamne tumne usse isse jinke
        ka ki ke ko se pe par tak liye liya wala wali wale saath sath bina baad bad pehle pahle upar niche neeche andar
        bahar paas pas taraf bare baare
        hai hain hay hoon hun hu ho tha thi the thay hoga hogi honge hua hui hue hota hoti hote hona hone raha rahi rahe
        rha rhi rhe gaya gayi gaye gya gyi gye kar karo karu karun karna karne karni karta karti karte karke kiya kiye
        kijiye kijie karenge karega karegi kare karein karen krna kro kr dena dene deta deti dete diya diye dijiye do
        dedo lena lene leta leti lete lo chahiye chahie chaiye chahta chahti chahte sakta sakti sakte saku sakun
        paya payi pata pta batao bata batana bataiye bataye batayen bolo bol bola boli bolna bolte kaha kahaa kehna kehte
        kahte suno sun sunao dekho dekha dekhna dekh aao aana aane aata aati aate aaya aayi aaye aayega aayegi aa jao jana
        jaana jane jata jati jate jaata jaati jaye jayega jayegi jaunga jaungi jaa milta milti milte milega milegi mila
        mili milna mil chalo chal chala chalta chalti chalna raho rehna rehta rakho rakhna lagta lagti lagte laga lagi lag
        lagana khana khaya khao khate peena piyo pina samajh samjhao samjha samjh soch sochna likho likhna likh likha padho
        padhna padhai banao bana bani banaye bane banta banti bante banana banane banaya ban karwana bheja bhejo nikal
        kya kyaa kyun kyu kyon kyo kaise kese kaisa kaisi kitna kitni kitne kab kahan kidhar kaunsa kaunsi konsa konsi jab
        tab abhi ab kal aaj aj phir fir bhi bhee hi to toh na nahi nahin nhi nahee nai mat haan han ji bas bahut bohot
        bahot bht boht bhut zyada jyada zada thoda thodi thode sirf shayad agar magar lekin aur ya yaa warna kyunki kyuki
        isliye jaise jaisa jaisi waise aise aisa aisi yahan yaha wahan waha idhar udhar kahin hamesha kabhi jaldi dhire
        dheere achha accha acha achchha achhi acchi achi acche ache theek thik tik bilkul sahi galat bura buri tarah
        log logon baat bat kaam kam din raat subah shaam ghar paani pani dost bhai behen bahen didi yaar yar beta beti bacha
        bachcha bachche bache maa papa pitaji mata dil zindagi jindagi duniya paisa paise rupaye naam tarika tareeka upay
        dard bukhar dawai dawa sar pet sehat namaste namaskar shukriya dhanyavaad dhanyawad kripya kripaya madad chai roti
        sabzi doodh garam thanda naya nayi purana bada badi bade chota choti chote cheez cheeze waqt samay saal mahina
        mahine hafte hafta ek teen char panch matlab wajah zaroorat zarurat jarurat mushkil aasan man tan mausam barish
        kitab gaana gana pyaar pyar shaadi shadi ladka ladki aadmi aurat khush dukhi pareshan gussa nind neend thakan khansi
        zukam vajan wajan mota patla khoon haath hath pair aankh aankhein baal in us dam mar hue hoti log apna
        """

    static let loans = """
        please thanks thank hello hey ok okay sorry welcome good bad great nice best better help tell show explain write
        read find send call check open close start stop change add remove delete create update download install share
        day days time week month year hour hours minute minutes morning evening night today tomorrow yesterday weekend
        people person friend family mother father child children baby work job office boss manager team company client
        salary interview resume career business money bank loan card account payment refund price cost cheap order
        delivery discount offer ticket train flight hotel trip travel passport visa school college university exam exams
        result marks class course student teacher study subject book chapter homework project assignment topic
        movie song music video photo game cricket match team player phone mobile number email mail password login sign
        message chat code program function error bug file folder data app website site internet network computer laptop
        server database screen button link page account question answer quote story poem joke essay letter paragraph idea
        example list plan summary report word words sentence language english translate meaning health doctor medicine
        tablet hospital fever headache cough cold pain stomach weight loss diet exercise gym yoga sleep stress skin hair
        blood sugar pressure diabetes pregnant symptoms treatment food breakfast lunch dinner recipe rice water tea coffee
        milk sugar salt healthy daily weather rain city country road car bike fuel house room rent kitchen market shop
        problem issue solution option reason way thing things life love happy sad angry tired busy free easy difficult
        hard simple short long small big new old high low fast slow early late important special possible ready sure
        right wrong true false real full empty next online offline policy insurance claim form document address profile
        feature version model setting settings support service customer feedback review rating learning machine python
        java javascript html css sql marketing social media post instagram facebook whatsapp youtube google birthday
        party gift marriage wedding dress shopping size color colour black white red blue green work working looking
        feeling trying doing using buy sell pay paid book booking cancel cancelled return track status pending confirm
        """

    static let spanish = """
        el la los las un una unos unas de del al y o pero si no que quien donde cuando como porque para por con sin sobre
        es son era ser estar estoy esta este esto muy mas tambien yo tu ella nosotros ustedes mi mis su sus me te se lo le
        quiero puedo puedes necesito hola gracias favor ayuda hay tengo tiene hacer qué cómo cuál dónde está más sí
        """
    static let french = """
        le la les un une des du de et ou mais si ne pas que qui quoi quand comment pourquoi pour par avec sans sur dans est
        sont je tu il elle nous vous ils elles mon ma mes ton ta tes son sa ses ce cette ces au aux plus bonjour merci
        suis avez avoir être très où à été veux peux jai cest quel quelle
        """
    static let german = """
        der die das den dem des ein eine einen einem einer und oder aber wenn nicht kein keine ist sind war sein haben habe
        hat ich du er sie es wir ihr mich mir dich dir uns mein meine dein was wer wie wo wann warum für mit von zu auf
        aus bei nach über auch noch nur schon sehr bitte danke hallo kann können möchte wird werden
        """
    static let portuguese = """
        o a os as um uma uns umas de do da dos das em no na nos nas e ou mas se não que quem onde quando como porque para
        por com sem sobre é são era ser estar estou está este esta isso muito mais também eu você ele ela nós meu minha seu
        sua me te lhe quero posso preciso olá obrigado obrigada ajuda fazer tem tenho qual
        """
    static let italian = """
        il lo la gli le un una uno di del della dei delle e o ma se non che chi dove quando come perché per con senza su
        è sono era essere avere ho hai ha questo questa molto più anche io tu lui lei noi voi mio mia tuo suo mi ti si ci
        ciao grazie aiuto fare cosa vorrei posso nel nella
        """
    static let indonesian = """
        yang dan atau tapi tidak bukan ini itu di ke dari untuk dengan pada adalah ada saya aku kamu anda dia kami kita
        mereka apa siapa dimana kapan bagaimana mengapa kenapa bisa akan sudah belum sangat juga lebih tolong terima kasih
        selamat mau ingin harus seperti karena bahasa
        """
}
