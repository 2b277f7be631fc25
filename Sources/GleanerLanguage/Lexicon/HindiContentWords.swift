/// Frequent Hindi nouns and adjectives in Latin letters, in the spellings people use; also what the character model
/// learns from. Words that came from English (*phone*, *doctor*) are English here, whatever the sentence.
enum HindiContentWords {
    static let peopleAndHome = """
        log logon logo aadmi admi aurat aurton ladka ladke ladki ladkiyan ladkiyon bachcha bacha bachche bache bachchon bachon
        beta beti bete betiyan bhai bhaiya bhaiyya behen behan bahan bahen didi maa mata mummy papa pita pitaji dada dadi nana
        nani chacha chachi mama mami mausi bua pati patni biwi bivi saas sasur damaad bahu dost doston dosti yaar saheli
        parivar pariwar ghar ghare gharwale gharwalon kamra darwaza darwaja khidki chhat diwar deewar rasoi bistar takiya
        chadar kapde kapda kapdon joota joote juta chappal bartan chamach thali chulha jhadu safai kachra padosi padosan
        mehman rishta rishte rishtedar shaadi shadi vivah dulha dulhan janamdin insaan insan vyakti naukar malik raja rani
        """
    static let foodAndHealth = """
        khana khaana khane paani pani doodh dudh chai roti rotiyan chawal chaawal daal dal sabzi sabji sabziyan phal fal aam
        kela seb santara angoor anar nimbu neembu pyaz pyaaz aloo aalu tamatar gobhi palak matar paneer dahi ghee makkhan
        masala masale mirch mirchi namak cheeni chini shakkar gud haldi adrak lahsun lehsun jeera zeera dhaniya dhania tulsi
        shahad shehad badam kaju kishmish mithai meetha mitha meethi teekha khatta karwa kadwa swad svad swadisht bhookh
        bhukh pyaas pyas nashta naashta bhojan sehat swasthya bimari beemari bimar beemar dard bukhar bukhaar khansi khaansi
        zukam zukaam jukam sardi ulti dast kabz sujan soojan jalan khujli chot ghav ghaav kamzori kamjori chakkar thakan
        thakaan neend nind saans sans dil dimag dimaag pet peth sar sir aankh ankh aankhein aankhen kaan naak nak munh muh
        daant dant gala gale gardan kandha haath hath ungli pair paer ghutna ghutne kamar peeth haddi khoon khun charbi vajan
        wajan tvacha baal balon dawai dawa davai dawaiyan goli goliyan ilaj ilaaj upchar upay upaay nuskha nuskhe parhez
        garbhvati tanav chinta vyayam kasrat yog dhyan jaanch janch lakshan
        """
    static let timePlaceNature = """
        din raat rat subah subeh shaam sham dopahar dopehar savera samay samae waqt vaqt hafta hafte mahina mahine mahino
        maheena saal sal saalon barso baras pal ghanta ghante minat somvar mangalvar budhvar guruvar shukravar shanivar
        itvaar ravivar itwar gaon gaanv gav shehar sheher shahar desh duniya sansar zameen jameen zamin aasman asman suraj
        sooraj chand chaand tare taare baarish barish mausam garmi garam sardi thand thanda thandi hawa havaa aag mitti
        ped paudha phool phul ful patta ghaas jungle jangal nadi samundar pahad pahaad rasta raste raasta sadak gali dukaan
        dukan dukaandar bazaar bazar mandir masjid dharm bhagwan bhagvan khuda pooja puja tyohar tyohaar diya kutta kutte
        billi gaay gai bhains ghoda murga murgi chidiya machhli machli saanp jaanwar janwar kitab kitaab kitabein akhbaar
        chitthi patra kalam kagaz kagaj taala chabi chaabi ghadi tasveer tasvir gaadi gadi bijli paise paisa paison rupaye
        rupay rupaya rupaiya kharcha kharch kamai karz udhaar udhar keemat kimat daam dam mehnga mahanga mahnga sasta saste
        """
    static let mindAndMatter = """
        baat bat baatein baaten baton kaam kam kaamon naam nam cheez chij cheezein cheezen jagah jaga tarah tarike tarika
        tareeka tareeke tarkeeb sawal sawaal sawalon jawab jawaab javab uttar prashn samasya pareshani pareshan mushkil
        mushkilein dikkat dikat aasan asan asaan galti galtiyan galat ghalat sahi sahee theek thik tik thek sach sacch sachi
        sachchi jhooth jhoot jhuth pyaar pyar prem ishq mohabbat nafrat gussa gusse khushi khush dukh dukhi udas udaas akela
        akele akeli zindagi jindagi zindgi jeevan jivan maut mrityu man tan mann yaad yad yaadein soch vichar irada iraada
        umeed ummeed ummid vishwas bharosa dar darr himmat himat takat taqat shakti koshish mehnat madad madat sahayata seva
        sewa izzat ijjat sharam sharm zaroorat zarurat jarurat jaroorat zaruri jaruri zaroori zimmedari jimmedari adhikar
        kanoon kanun sarkar sarkaar neta chunav janta samaj bhasha shabd arth kahani kahaani kahaniyan kavita shayari gana
        gaana gaane geet sangeet nach naach khel padhai padhaai shiksha gyan gyaan vigyan itihas ganit pariksha naukri
        nokri vyapar vyapaar dhandha mazdoor kisan kheti fasal fayda faayda fayde nuksan nuksaan labh haani farak fark antar
        asar karan kaaran natija parinam shuruaat shuruwat ant sapna sapne mazaa maza maja mazak majak masti shor khamoshi
        awaaz awaz aawaz avaaz rang roop shakal sundar khubsurat khoobsurat pyara pyari pyare achha accha acha achchha achchi
        achhi achi acchi achhe acche ache achcha bura buri bure kharab khrab bekar bekaar badhiya badiya mast zabardast
        jabardast kamaal kamal shandar shaandar naya nayi naye nai purana purani purane bada badi bade bara chota choti chote
        chhota chhoti chhote lamba lambi lambe mota moti mote patla patli patle gora kala kaala kaali kali lal laal hara hari
        neela nila peela pila safed safaid saaf saf ganda gandi gande gehra geela sookha sukha tez tej dheema bhari halka
        halki halke alag ajeeb ajib khaas khas aam saral kathin namumkin mumkin sambhav asli nakli garib gareeb amir ameer
        bewakoof bevakuf pagal paagal hoshiyar chalak shaitan imandar namaste namaskar namaskaar shukriya dhanyavad dhanyavaad
        dhanyawad meharbani maaf maafi mafi kripya kripaya swagat alvida jugaad jugad desi videshi lafda gadbad hungama
        vagairah wagairah waghera vagera yatra safar manzil kismat naseeb bhagya taqdeer umar umra bachpan
        jawani budhapa pata matlab anubhav salah salaah suchna jaankari jankari khabar charcha pasand napasand
        """
    static let all = [peopleAndHome, foodAndHealth, timePlaceNature, mindAndMatter]
}
